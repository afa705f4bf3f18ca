"""The API's routes, one module for each group of them: `table` lists them all."""
