"""Item scales: abilities of models and parameters of items from answers to single items."""
