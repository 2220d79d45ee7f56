(node) @fold
(command argument: (braced) @fold)
