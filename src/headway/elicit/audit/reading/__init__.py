"""Reading what agents wrote: shells, programs, tool calls, repositories. Nothing is run."""
