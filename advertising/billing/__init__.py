"""Orders, invoices, what is paid and what is given back."""
