(comment) @comment
(command name: (command_name) @keyword)
(node class: (command_name) @type)
(knob name: (knob_name) @property)
((knob name: (knob_name) @_name value: (bare) @constant) (#eq? @_name "name"))
(quoted) @string
(braced) @string.special
((bare) @number (#match? @number "^-?[0-9.]+(e[-+]?[0-9]+)?$"))
(unclosed) @error
(stray_close) @error
