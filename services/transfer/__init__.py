"""Sessions out and in: exports, imports, samples."""
