"""The commands, one module for each group; ``openiads.faces.cli`` lists them."""
