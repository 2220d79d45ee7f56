(comment) @comment
(command name: (command_name) @keyword)
(node class: (command_name) @type)
(command argument: (bare) @variable)
(quoted) @string
(braced) @string.special
(broken_node class: (command_name) @type)
(unclosed) @error
(stray_close) @error
