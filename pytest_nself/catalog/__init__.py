"""What is in a database, as facts; how two databases differ; and the steps from one to the other."""
