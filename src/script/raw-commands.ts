/** Commands of Nuke's and Tcl's own whose braces hold no knobs. */
export const rawCommands: ReadonlySet<string> = new Set(
  (
    "add_layer define_window_layout define_window_layout_xml set push version stack if for foreach while proc expr eval catch load switch " +
    "global return python knob knobs menu addmenu puts package namespace variable unset lappend append array string list source add_view"
  ).split(" "),
);
