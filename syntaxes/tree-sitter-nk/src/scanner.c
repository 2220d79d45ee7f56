// Tokens of the .nk language, by Tcl's rules of words (Tcl(n), the twelve rules). Every token is made here; the grammar only puts them
// together. Runs as WebAssembly without a C library: nothing is called that web-tree-sitter does not bring.
#include "tree_sitter/alloc.h"
#include "tree_sitter/parser.h"

enum Token {
  COMMAND_NAME,
  BARE,
  QUOTED,
  BRACED,
  UNCLOSED,
  BODY,
  BROKEN_BODY,
  STRAY_CLOSE,
  COMMENT,
  END,
  ERROR_SENTINEL,
};

// How far a bracket is followed, and how many searches for something's end may fail: both keep broken text from taking quadratic time.
#define BRACKET_REACH 65536
#define MOST_MISSES 16

typedef struct {
  uint8_t misses;
  // The command takes its braces as they are: no body.
  bool raw;
  // Blanks before the command, at most 255.
  uint8_t indent;
} Scanner;

static inline bool is_newline(int32_t c) { return c == '\n' || c == '\r'; }
static inline bool is_blank(int32_t c) { return c == ' ' || c == '\t' || c == '\f' || c == '\v'; }
static inline bool is_word(int32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static inline void advance(TSLexer *lexer) { lexer->advance(lexer, false); }

// After a backslash: takes the escaped character. A backslash before CR LF escapes the whole line end.
static void skip_escaped(TSLexer *lexer) {
  if (lexer->lookahead == '\r') {
    advance(lexer);
    if (lexer->lookahead == '\n') advance(lexer);
  } else if (!lexer->eof(lexer)) {
    advance(lexer);
  }
}

static inline bool at_end(TSLexer *lexer) { return lexer->lookahead == 0 && lexer->eof(lexer); }

static inline bool may_search(const Scanner *scanner) { return scanner->misses < MOST_MISSES; }
static inline void miss(Scanner *scanner) {
  if (scanner->misses < MOST_MISSES) scanner->misses++;
}

static bool same(const char *word, uint32_t length, const char *other) {
  uint32_t at = 0;
  while (at < length && other[at] != 0 && word[at] == other[at]) at++;
  return at == length && other[at] == 0;
}

// Commands of Nuke's and Tcl's own whose braces hold no knobs.
static const char *const raw_commands[] = {
    "add_layer", "define_window_layout", "define_window_layout_xml", "set",    "push",  "version", "stack", "if",      "for",
    "foreach",   "while",                "proc",                     "expr",   "eval",  "catch",   "load",  "switch",  "global",
    "return",    "python",               "knob",                     "knobs",  "menu",  "addmenu", "puts",  "package", "namespace",
    "variable",  "unset",                "lappend",                  "append", "array", "string",  "list",  "source",  "add_view"};

static bool is_raw(const char *name, uint32_t length) {
  for (uint32_t i = 0; i < sizeof raw_commands / sizeof *raw_commands; i++)
    if (same(name, length, raw_commands[i])) return true;
  return false;
}

// Behind an opening brace: goes to behind its closing one; false at the end of the text.
static bool close_brace(TSLexer *lexer) {
  uint32_t depth = 1;
  for (;;) {
    int32_t c = lexer->lookahead;
    if (c == 0 && lexer->eof(lexer)) return false;
    advance(lexer);
    if (c == '{') {
      depth++;
    } else if (c == '}') {
      if (--depth == 0) return true;
    } else if (c == '\\') {
      skip_escaped(lexer);
    }
  }
}

// At the start of a line inside a body: takes what shows that a body ended before it or here, had it not been closed. `depth` counts the
// braces that are taken. Answers whether it ended; `closes`: with a brace of its own, which belongs to it.
static bool ends_here(TSLexer *lexer, uint8_t indent, uint32_t *depth, bool *closes) {
  uint32_t blanks = 0;
  while (is_blank(lexer->lookahead)) {
    advance(lexer);
    blanks++;
  }
  if (blanks > indent) return false;
  int32_t first = lexer->lookahead;
  if (first == '}') {
    *closes = true;
    return true;
  }
  if (!is_word(first)) return false;
  char name[16];
  uint32_t length = 0;
  while (is_word(lexer->lookahead) || lexer->lookahead == '.') {
    if (length < sizeof name) name[length++] = (char)lexer->lookahead;
    advance(lexer);
  }
  if (same(name, length, "end_group")) return is_newline(lexer->lookahead) || at_end(lexer);
  if (lexer->lookahead != ' ') return false;
  if (same(name, length, "push") || same(name, length, "set")) return true;
  if (first < 'A' || first > 'Z') return false;
  advance(lexer);
  if (lexer->lookahead != '{') return false;
  advance(lexer);
  ++*depth;
  return is_newline(lexer->lookahead) || at_end(lexer);
}

// Behind the brace that opens a body: to its end by Tcl's count, or, where that count never comes out, to where it seems to have ended.
static enum Token scan_body(Scanner *scanner, TSLexer *lexer) {
  uint32_t depth = 1;
  bool found = false;
  bool newline = false;
  for (;;) {
    if (newline && !found) {
      newline = false;
      bool closes = false;
      found = ends_here(lexer, scanner->indent, &depth, &closes);
      if (closes) {
        advance(lexer);
        lexer->mark_end(lexer);
        if (--depth == 0) return BODY;
      }
      if (found && !may_search(scanner)) return BROKEN_BODY;
      continue;
    }
    int32_t c = lexer->lookahead;
    if (c == 0 && lexer->eof(lexer)) {
      if (!found) lexer->mark_end(lexer);
      miss(scanner);
      return BROKEN_BODY;
    }
    // Should the next line begin another command, the line end in between is not the body's.
    if (c == '\n' && !found) lexer->mark_end(lexer);
    advance(lexer);
    if (c == '{') {
      depth++;
    } else if (c == '}') {
      if (--depth == 0) {
        lexer->mark_end(lexer);
        return BODY;
      }
    } else if (c == '\\') {
      skip_escaped(lexer);
    } else if (c == '\n') {
      newline = true;
    }
  }
}

// Behind the opening quote. The word's end is the first plain quote, or, where brackets hold quotes of their own, the one behind them.
static bool close_quote(Scanner *scanner, TSLexer *lexer) {
  bool has_end = false;
  int32_t brackets = 0;
  uint32_t reach = BRACKET_REACH;
  for (;;) {
    int32_t c = lexer->lookahead;
    if (c == 0 && lexer->eof(lexer)) {
      if (has_end) miss(scanner);
      return has_end;
    }
    advance(lexer);
    if (c == '\\') {
      skip_escaped(lexer);
      continue;
    }
    if (c == '[') brackets++;
    if (c == ']' && brackets > 0) brackets--;
    if (c == '"') {
      if (brackets == 0) {
        lexer->mark_end(lexer);
        return true;
      }
      if (!has_end) lexer->mark_end(lexer);
      has_end = true;
    }
    if (has_end && --reach == 0) {
      miss(scanner);
      return true;
    }
  }
}

// A bare word: to the next blank, line end or semicolon that is not escaped or in brackets.
static void skip_bare(Scanner *scanner, TSLexer *lexer) {
  for (;;) {
    int32_t c = lexer->lookahead;
    if (is_blank(c) || is_newline(c) || c == ';' || (c == 0 && lexer->eof(lexer))) return;
    if (c == '\\') {
      lexer->mark_end(lexer);
      advance(lexer);
      // A backslash before a line end parts words.
      if (is_newline(lexer->lookahead)) return;
      skip_escaped(lexer);
    } else if (c == '[' && may_search(scanner)) {
      advance(lexer);
      lexer->mark_end(lexer);
      uint32_t open = 1;
      for (uint32_t taken = 0; taken < BRACKET_REACH && open > 0 && !at_end(lexer); taken++) {
        c = lexer->lookahead;
        advance(lexer);
        if (c == '\\') skip_escaped(lexer);
        if (c == '[') open++;
        if (c == ']') open--;
      }
      // An unclosed bracket is an error in Tcl; the word ends behind it and the rest is read as words.
      if (open > 0) {
        miss(scanner);
        return;
      }
    } else {
      advance(lexer);
    }
    lexer->mark_end(lexer);
  }
}

static bool finish(TSLexer *lexer, enum Token token) {
  lexer->result_symbol = token;
  return true;
}

// Behind a brace that belongs to nothing: takes those that follow it, with the blanks and line ends in between.
static void skip_braces(TSLexer *lexer, int32_t brace) {
  while (lexer->lookahead == brace || is_blank(lexer->lookahead) || is_newline(lexer->lookahead)) {
    bool again = lexer->lookahead == brace;
    advance(lexer);
    if (again) lexer->mark_end(lexer);
  }
}

// A word that is never closed is its opening character alone, so that the rest of the line and what follows are still read.
static bool scan_enclosed(Scanner *scanner, TSLexer *lexer) {
  bool brace = lexer->lookahead == '{';
  advance(lexer);
  lexer->mark_end(lexer);
  if (!may_search(scanner)) return false;
  if (!brace) {
    if (close_quote(scanner, lexer)) return true;
  } else if (close_brace(lexer)) {
    lexer->mark_end(lexer);
    return true;
  }
  miss(scanner);
  return false;
}

static bool scan_command_name(Scanner *scanner, TSLexer *lexer, uint8_t indent) {
  char name[32];
  uint32_t length = 0;
  bool plain = true;
  scanner->indent = indent;
  if (lexer->lookahead == '{' || lexer->lookahead == '"') {
    scanner->raw = true;
    bool search = may_search(scanner);
    int32_t first = lexer->lookahead;
    scan_enclosed(scanner, lexer);
    if (!search && first == '{') skip_braces(lexer, first);
    return finish(lexer, COMMAND_NAME);
  }
  while (is_word(lexer->lookahead)) {
    if (length < sizeof name) name[length++] = (char)lexer->lookahead;
    else plain = false;
    advance(lexer);
  }
  lexer->mark_end(lexer);
  int32_t next = lexer->lookahead;
  if (!(is_blank(next) || is_newline(next) || next == ';' || at_end(lexer))) {
    plain = false;
    skip_bare(scanner, lexer);
  }
  scanner->raw = plain && is_raw(name, length);
  return finish(lexer, COMMAND_NAME);
}

static bool scan_word(Scanner *scanner, TSLexer *lexer, bool may_be_body) {
  int32_t c = lexer->lookahead;
  if (c == '{' && may_be_body && !scanner->raw) {
    advance(lexer);
    return finish(lexer, scan_body(scanner, lexer));
  }
  if (c == '{' || c == '"') {
    bool closed = scan_enclosed(scanner, lexer);
    return finish(lexer, !closed ? UNCLOSED : c == '{' ? BRACED : QUOTED);
  }
  skip_bare(scanner, lexer);
  return finish(lexer, BARE);
}

static bool scan_comment(TSLexer *lexer) {
  for (;;) {
    int32_t c = lexer->lookahead;
    if (is_newline(c) || (c == 0 && lexer->eof(lexer))) break;
    advance(lexer);
    if (c == '\\') skip_escaped(lexer);
  }
  lexer->mark_end(lexer);
  return finish(lexer, COMMENT);
}

void *tree_sitter_nk_external_scanner_create(void) { return ts_calloc(1, sizeof(Scanner)); }

void tree_sitter_nk_external_scanner_destroy(void *payload) { ts_free(payload); }

unsigned tree_sitter_nk_external_scanner_serialize(void *payload, char *buffer) {
  const Scanner *scanner = payload;
  buffer[0] = (char)scanner->misses;
  buffer[1] = (char)scanner->raw;
  buffer[2] = (char)scanner->indent;
  return 3;
}

void tree_sitter_nk_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  Scanner *scanner = payload;
  *scanner = (Scanner){0};
  if (length < 3) return;
  scanner->misses = (uint8_t)buffer[0];
  scanner->raw = buffer[1] != 0;
  scanner->indent = (uint8_t)buffer[2];
}

bool tree_sitter_nk_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
  Scanner *scanner = payload;
  if (valid[ERROR_SENTINEL]) return false;
  bool in_command = valid[BARE];
  uint8_t indent = 0;

  for (;;) {
    if (is_blank(lexer->lookahead)) {
      lexer->advance(lexer, true);
      if (indent < 255) indent++;
    } else if (lexer->lookahead == '\\') {
      lexer->mark_end(lexer);
      advance(lexer);
      if (!is_newline(lexer->lookahead)) {
        // An escaped character begins a word: the backslash has been taken already.
        skip_escaped(lexer);
        lexer->mark_end(lexer);
        skip_bare(scanner, lexer);
        if (in_command) return finish(lexer, BARE);
        scanner->raw = false;
        scanner->indent = indent;
        return finish(lexer, COMMAND_NAME);
      }
      // Skipping moves the token's start behind what was taken: a backslash and a line end are a blank.
      bool cr = lexer->lookahead == '\r';
      lexer->advance(lexer, true);
      if (cr && lexer->lookahead == '\n') lexer->advance(lexer, true);
    } else {
      break;
    }
  }

  int32_t c = lexer->lookahead;
  if (at_end(lexer)) return false;
  if (is_newline(c) || c == ';') {
    // A run of empty lines is one token.
    while (is_newline(lexer->lookahead) || lexer->lookahead == ';' || is_blank(lexer->lookahead)) {
      bool line = is_newline(lexer->lookahead);
      advance(lexer);
      if (line || c == ';') lexer->mark_end(lexer);
    }
    return finish(lexer, END);
  }
  if (in_command) return scan_word(scanner, lexer, valid[BODY]);
  if (c == '#') return scan_comment(lexer);
  if (c == '}') {
    advance(lexer);
    lexer->mark_end(lexer);
    skip_braces(lexer, c);
    return finish(lexer, STRAY_CLOSE);
  }
  return scan_command_name(scanner, lexer, indent);
}
