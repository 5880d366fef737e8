"""The cellar's big room: a file per noun, its table and its questions. Nobody else speaks SQL."""
