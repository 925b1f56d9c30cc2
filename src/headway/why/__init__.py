"""What moves the answer: influence, bridges, splits, leverage, and what the data cannot say."""
