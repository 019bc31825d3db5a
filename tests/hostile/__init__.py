"""Files that mean harm, made from their description, each with the sentence it should get."""
