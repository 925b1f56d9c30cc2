"""The status of the ferry."""

import http.server
import sys


def answer(path):
    """Status and text of a path."""
    return 200, "The ferry leaves at seven.\n"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        status, text = answer(self.path)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *words):
        pass


if __name__ == "__main__":
    http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
