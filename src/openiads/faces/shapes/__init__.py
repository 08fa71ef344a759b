"""Every kind of answer as plain data, as the rows of a table, as a picture, in a sentence, and as files."""
