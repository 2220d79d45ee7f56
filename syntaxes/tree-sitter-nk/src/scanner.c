// Tokens of the .nk language, by Tcl's rules of words (Tcl(n), the twelve rules). Every token is made here; the grammar only puts them
// together. Runs as WebAssembly without a C library: nothing is called that web-tree-sitter does not bring.
#include "tree_sitter/alloc.h"
#include "tree_sitter/parser.h"

enum Token {
  COMMAND_NAME,
  KNOB_NAME,
  BARE,
  QUOTED,
  BRACED,
  UNCLOSED,
  BODY_OPEN,
  BODY_CLOSE,
  MISSING_CLOSE,
  STRAY_CLOSE,
  COMMENT,
  END,
  ERROR_SENTINEL,
};

// How far past the plain end of a quoted word its brackets are followed, and how many failed searches for a closing brace a broken body
// may cost: both keep broken text from taking quadratic time.
#define BRACKET_REACH 65536
#define MOST_MISSES 64

typedef struct {
  // Braces open inside bare and quoted words of a body: the body's own brace counts them (rule 6 knows no quotes).
  int32_t depth;
  uint8_t misses;
  // The command takes its braces as they are: no body.
  bool raw;
  // The body's brace is never closed by Tcl's count; the next line that looks like a node ends it.
  bool broken;
} Scanner;

static inline bool is_newline(int32_t c) { return c == '\n' || c == '\r'; }
static inline bool is_blank(int32_t c) { return c == ' ' || c == '\t' || c == '\f' || c == '\v'; }

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

// Commands of Nuke's and Tcl's own whose braces hold no knobs.
static const char *const raw_commands[] = {
    "add_layer", "define_window_layout", "define_window_layout_xml", "set",    "push",  "version", "stack", "if",      "for",
    "foreach",   "while",                "proc",                     "expr",   "eval",  "catch",   "load",  "switch",  "global",
    "return",    "python",               "knob",                     "knobs",  "menu",  "addmenu", "puts",  "package", "namespace",
    "variable",  "unset",                "lappend",                  "append", "array", "string",  "list",  "source",  "add_view"};

static bool is_raw(const char *name, uint32_t length) {
  for (uint32_t i = 0; i < sizeof raw_commands / sizeof *raw_commands; i++) {
    const char *raw = raw_commands[i];
    uint32_t at = 0;
    while (at < length && raw[at] != 0 && raw[at] == name[at]) at++;
    if (at == length && raw[at] == 0) return true;
  }
  return false;
}

// Behind an opening brace: goes to behind its closing one; false at the end of the text. In a broken body (`guarded`) the search also
// ends before a line that looks like the next node or the end of this one.
static bool close_brace(TSLexer *lexer, bool guarded) {
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
    } else if (guarded && is_newline(c)) {
      c = lexer->lookahead;
      if (c == '}' || (c >= 'A' && c <= 'Z')) return false;
    }
  }
}

// Counts a brace that stands inside a word or comment of a body; false where it is the one that closes the body.
static bool count_brace(int32_t c, int32_t *depth) {
  if (c == '{') ++*depth;
  if (c == '}' && --*depth < 0) return false;
  return true;
}

// Behind the opening quote. The word's end is the first plain quote, or, where brackets hold quotes of their own, the one behind them.
static bool close_quote(TSLexer *lexer, bool in_body, int32_t *depth) {
  bool has_end = false;
  int32_t end_depth = 0;
  int32_t brackets = 0;
  uint32_t reach = BRACKET_REACH;
  for (;;) {
    int32_t c = lexer->lookahead;
    if (c == 0 && lexer->eof(lexer)) break;
    if (in_body && !count_brace(c, depth)) break;
    if (c == '\\') {
      advance(lexer);
      skip_escaped(lexer);
      continue;
    }
    if (c == '[') brackets++;
    if (c == ']' && brackets > 0) brackets--;
    advance(lexer);
    if (c == '"') {
      if (brackets == 0) {
        lexer->mark_end(lexer);
        return true;
      }
      if (!has_end) {
        lexer->mark_end(lexer);
        has_end = true;
        end_depth = *depth;
      }
    }
    if (has_end && --reach == 0) break;
  }
  if (has_end) *depth = end_depth;
  return has_end;
}

// A bare word: to the next blank, line end or semicolon that is not escaped, in brackets or in ${…}.
static void skip_bare(TSLexer *lexer, bool in_body, int32_t *depth) {
  for (;;) {
    int32_t c = lexer->lookahead;
    if (is_blank(c) || is_newline(c) || c == ';' || (c == 0 && lexer->eof(lexer))) return;
    if (c == '\\') {
      lexer->mark_end(lexer);
      advance(lexer);
      // A backslash before a line end parts words.
      if (is_newline(lexer->lookahead)) return;
      skip_escaped(lexer);
      lexer->mark_end(lexer);
      continue;
    }
    if (c == '[') {
      int32_t before = *depth;
      advance(lexer);
      lexer->mark_end(lexer);
      int32_t inside = before;
      uint32_t open = 1;
      for (uint32_t taken = 0; taken < BRACKET_REACH && open > 0; taken++) {
        c = lexer->lookahead;
        if (c == 0 && lexer->eof(lexer)) break;
        if (in_body && !count_brace(c, &inside)) break;
        if (c == '\\') {
          advance(lexer);
          skip_escaped(lexer);
          continue;
        }
        if (c == '[') open++;
        if (c == ']') open--;
        advance(lexer);
      }
      // An unclosed bracket is an error in Tcl; the word ends behind it and the rest is read as words.
      if (open > 0) return;
      *depth = inside;
      lexer->mark_end(lexer);
      continue;
    }
    if (in_body && c == '}' && *depth == 0) return;
    if (in_body) count_brace(c, depth);
    advance(lexer);
    lexer->mark_end(lexer);
  }
}

static bool finish(TSLexer *lexer, enum Token token) {
  lexer->result_symbol = token;
  return true;
}

// In a broken body: is this, at the start of a line, the next node's "Class {"?
static bool looks_like_node(TSLexer *lexer) {
  lexer->mark_end(lexer);
  if (lexer->lookahead < 'A' || lexer->lookahead > 'Z') return false;
  while (!is_blank(lexer->lookahead) && !is_newline(lexer->lookahead) && !lexer->eof(lexer)) advance(lexer);
  if (lexer->lookahead != ' ') return false;
  advance(lexer);
  if (lexer->lookahead != '{') return false;
  advance(lexer);
  return is_newline(lexer->lookahead) || lexer->eof(lexer);
}

static bool scan_command_name(Scanner *scanner, TSLexer *lexer) {
  char name[32];
  uint32_t length = 0;
  bool plain = true;
  int32_t depth = 0;
  int32_t first = lexer->lookahead;
  if (first == '{' || first == '"') {
    advance(lexer);
    lexer->mark_end(lexer);
    scanner->raw = true;
    if (first == '"') close_quote(lexer, false, &depth);
    else if (close_brace(lexer, false)) lexer->mark_end(lexer);
    return finish(lexer, COMMAND_NAME);
  }
  for (;;) {
    int32_t c = lexer->lookahead;
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    if (!letter) break;
    if (length < sizeof name) name[length++] = (char)c;
    else plain = false;
    advance(lexer);
  }
  lexer->mark_end(lexer);
  int32_t next = lexer->lookahead;
  if (!(is_blank(next) || is_newline(next) || next == ';' || lexer->eof(lexer))) {
    plain = false;
    skip_bare(lexer, false, &depth);
  }
  scanner->raw = plain && is_raw(name, length);
  return finish(lexer, COMMAND_NAME);
}

// A word that is never closed is its opening character alone, so that the rest of the line and what follows are still read.
static bool scan_word(Scanner *scanner, TSLexer *lexer, bool in_body, bool name) {
  int32_t c = lexer->lookahead;
  if (c == '{') {
    advance(lexer);
    lexer->mark_end(lexer);
    bool closed = scanner->misses < MOST_MISSES && close_brace(lexer, in_body && scanner->broken);
    if (closed) lexer->mark_end(lexer);
    else if (scanner->misses < MOST_MISSES) scanner->misses++;
    return finish(lexer, name ? KNOB_NAME : closed ? BRACED : UNCLOSED);
  }
  if (c == '"') {
    int32_t depth = scanner->depth;
    advance(lexer);
    lexer->mark_end(lexer);
    bool closed = close_quote(lexer, in_body, &depth);
    if (closed) scanner->depth = depth;
    return finish(lexer, name ? KNOB_NAME : closed ? QUOTED : UNCLOSED);
  }
  skip_bare(lexer, in_body, &scanner->depth);
  return finish(lexer, name ? KNOB_NAME : BARE);
}

static bool scan_comment(Scanner *scanner, TSLexer *lexer, bool in_body) {
  for (;;) {
    int32_t c = lexer->lookahead;
    if (is_newline(c) || (c == 0 && lexer->eof(lexer))) break;
    if (in_body && c == '}' && scanner->depth == 0) break;
    if (in_body) count_brace(c, &scanner->depth);
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
  for (unsigned i = 0; i < 4; i++) buffer[i] = (char)((uint32_t)scanner->depth >> (8 * i));
  buffer[4] = (char)scanner->misses;
  buffer[5] = (char)(scanner->raw | scanner->broken << 1);
  return 6;
}

void tree_sitter_nk_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  Scanner *scanner = payload;
  *scanner = (Scanner){0};
  if (length < 6) return;
  uint32_t depth = 0;
  for (unsigned i = 0; i < 4; i++) depth |= (uint32_t)(uint8_t)buffer[i] << (8 * i);
  scanner->depth = (int32_t)depth;
  scanner->misses = (uint8_t)buffer[4];
  scanner->raw = buffer[5] & 1;
  scanner->broken = buffer[5] >> 1 & 1;
}

bool tree_sitter_nk_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
  Scanner *scanner = payload;
  if (valid[ERROR_SENTINEL]) return false;
  bool in_body = valid[BODY_CLOSE];
  bool in_command = valid[BARE];

  for (;;) {
    if (is_blank(lexer->lookahead)) {
      lexer->advance(lexer, true);
    } else if (lexer->lookahead == '\\') {
      lexer->mark_end(lexer);
      advance(lexer);
      if (!is_newline(lexer->lookahead)) {
        // An escaped character begins a word: the backslash has been taken already.
        skip_escaped(lexer);
        lexer->mark_end(lexer);
        skip_bare(lexer, in_body, &scanner->depth);
        if (!in_command && !in_body) scanner->raw = false;
        return finish(lexer, in_command ? BARE : in_body ? KNOB_NAME : COMMAND_NAME);
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
  if (c == 0 && lexer->eof(lexer)) {
    if (!in_body) return false;
    lexer->mark_end(lexer);
    return finish(lexer, MISSING_CLOSE);
  }
  if (is_newline(c) || c == ';') {
    // A run of empty lines is one token.
    while (is_newline(lexer->lookahead) || lexer->lookahead == ';' || is_blank(lexer->lookahead)) {
      bool line = is_newline(lexer->lookahead);
      advance(lexer);
      if (line) lexer->mark_end(lexer);
      if (line && in_body && scanner->broken) break;
      if (c == ';' && !line) lexer->mark_end(lexer);
    }
    return finish(lexer, END);
  }
  if (in_body && c == '}' && scanner->depth == 0) {
    advance(lexer);
    lexer->mark_end(lexer);
    scanner->broken = false;
    scanner->misses = 0;
    return finish(lexer, BODY_CLOSE);
  }
  if (in_command) {
    if (!in_body && c == '{' && valid[BODY_OPEN] && !scanner->raw) {
      advance(lexer);
      lexer->mark_end(lexer);
      scanner->depth = 0;
      scanner->misses = 0;
      scanner->broken = !close_brace(lexer, false);
      return finish(lexer, BODY_OPEN);
    }
    return scan_word(scanner, lexer, in_body, false);
  }
  if (c == '#') return scan_comment(scanner, lexer, in_body);
  if (in_body) {
    if (scanner->broken && lexer->get_column(lexer) == 0 && looks_like_node(lexer)) {
      scanner->broken = false;
      scanner->misses = 0;
      scanner->depth = 0;
      return finish(lexer, MISSING_CLOSE);
    }
    return scan_word(scanner, lexer, true, true);
  }
  if (c == '}') {
    advance(lexer);
    lexer->mark_end(lexer);
    return finish(lexer, STRAY_CLOSE);
  }
  return scan_command_name(scanner, lexer);
}
