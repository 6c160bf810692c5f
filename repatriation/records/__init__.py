"""What is kept: tables, doors to the database, sealing, the trail and the migrations."""
