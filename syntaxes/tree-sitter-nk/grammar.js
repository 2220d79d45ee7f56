/**
 * The .nk language: Tcl commands, of which most create a node from a body of knobs. All tokens come from src/scanner.c, because where
 * a Tcl word ends depends on braces, quotes and brackets that no regular expression can count. A body is one token, however long its
 * curves are: scripts are millions of characters in a few thousand nodes, and src/script reads the knobs of those it is asked for.
 */
module.exports = grammar({
  name: "nk",
  externals: ($) => [
    $.command_name,
    $.bare,
    $.quoted,
    $.braced,
    $.unclosed,
    $.body,
    $.broken_body,
    $.stray_close,
    $.comment,
    $._end,
    $._error,
  ],
  extras: () => [],
  rules: {
    source_file: ($) =>
      repeat(choice($.node, $.crowded_node, $.broken_node, $.command, $.comment, $.stray_close, $._end)),
    node: ($) =>
      seq(field("class", $.command_name), repeat(field("argument", $._word)), field("body", $.body)),
    // Words behind the body, on its last line.
    crowded_node: ($) =>
      seq(
        field("class", $.command_name),
        repeat(field("argument", $._word)),
        field("body", $.body),
        repeat1(field("extra", $._word)),
      ),
    // Its brace is never closed; it ends where the next command seems to begin.
    broken_node: ($) =>
      seq(
        field("class", $.command_name),
        repeat(field("argument", $._word)),
        field("body", alias($.broken_body, $.body)),
        repeat(field("extra", $._word)),
      ),
    command: ($) => seq(field("name", $.command_name), repeat(field("argument", $._word))),
    _word: ($) => choice($.bare, $.quoted, $.braced, $.unclosed),
  },
});
