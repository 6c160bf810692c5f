"""The workbooks of the trafficking data standard, made up here in every good and bad shape."""
