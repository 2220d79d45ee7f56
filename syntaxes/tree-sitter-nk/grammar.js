/**
 * The .nk language: Tcl commands, of which most create a node from a body of knobs. All tokens come from src/scanner.c, because where
 * a Tcl word ends depends on braces, quotes and brackets that no regular expression can count. A braced value is one token.
 */
module.exports = grammar({
  name: "nk",
  externals: ($) => [
    $.command_name,
    $.knob_name,
    $.bare,
    $.quoted,
    $.braced,
    $.unclosed,
    $._body_open,
    $._body_close,
    $._missing_close,
    $.stray_close,
    $.comment,
    $._end,
    $._error,
  ],
  extras: () => [],
  rules: {
    source_file: ($) => repeat(choice($.node, $.command, $.comment, $.stray_close, $._end)),
    node: ($) =>
      seq(
        field("class", $.command_name),
        repeat(field("argument", $._word)),
        choice(
          seq(field("body", $.body), repeat(field("extra", $._word))),
          field("body", alias($._broken_body, $.body)),
        ),
      ),
    command: ($) => seq(field("name", $.command_name), repeat(field("argument", $._word))),
    body: ($) => seq($._body_open, repeat($._item), $._body_close),
    // Its brace is never closed: it ends before the next node, or with the text.
    _broken_body: ($) => seq($._body_open, repeat($._item), alias($._missing_close, $.missing_close)),
    _item: ($) => choice($.knob, $.comment, $._end),
    knob: ($) => seq(field("name", $.knob_name), repeat(field("value", $._word))),
    _word: ($) => choice($.bare, $.quoted, $.braced, $.unclosed),
  },
});
