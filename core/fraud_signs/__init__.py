"""Signs of fraud that are usual in this trade, looked for in readers’ comments and paid copy."""
