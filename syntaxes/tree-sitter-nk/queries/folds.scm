(node) @fold
(braced) @fold
