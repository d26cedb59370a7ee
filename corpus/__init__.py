"""What the documents are, and the code that stores and searches them."""
