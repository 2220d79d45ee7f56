(node
  class: (command_name)
  body: (body (knob name: (knob_name) @_name value: (_) @name))
  (#eq? @_name "name")) @definition.node
