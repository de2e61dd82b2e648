// What the grammar cannot tell by one token: words that mean something only before others, or only on the line of what
// stands before them. Keeps no state, so it parses again from anywhere.

#include "tree_sitter/parser.h"

#include <string.h>

enum Token {
  FIELD_NAME,
  BINDER,
  IN_UNIT,
  IN,
  IN_A_ROW,
  NOT_IN,
  IS,
  AS,
  AT_CLOCK,
  OBSERVED_SINCE,
  QUANTIFIER,
  COUNT,
  MEASURE,
  LAST,
  MATCH,
  UNKNOWN,
  NEWLINE,
  COHORT_TAIL,
  WHERE,
  COLON,
  MAY_BE_EMPTY,
  OVER,
  WITH,
  BY,
  SINCE,
  BINDER_COMMA,
  OPERAND_COMMA,
  EXPRESSION_END,
  SUM_END,
  OPERAND_END,
  ERROR,
};

// The unit words, as in the grammar.
static const char *const UNITS[] = {
  "us",  "ms",  "seconds", "minutes", "hours", "days", "percent", "bytes",
  "KiB", "MiB", "GiB",     "TiB",     "kB",    "MB",   "GB",      NULL,
};
static const char *const MEASURES[] = {"avg", "min", "max_gap", "max", "sum", "count", "rate", "streak", NULL};
static const char *const CASTS[] = {"number", "int", "text", "ratio", NULL};

#define LONGEST 32

void *tree_sitter_rollout_external_scanner_create(void) { return NULL; }
void tree_sitter_rollout_external_scanner_destroy(void *payload) { (void)payload; }
unsigned tree_sitter_rollout_external_scanner_serialize(void *payload, char *buffer) {
  (void)payload;
  (void)buffer;
  return 0;
}
void tree_sitter_rollout_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  (void)payload;
  (void)buffer;
  (void)length;
}

static bool digit(int32_t c) { return c >= '0' && c <= '9'; }
static bool opens_name(int32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static bool in_name(int32_t c) { return opens_name(c) || digit(c); }

// Reads a name, cut off behind what is longer than any word. Whether there is one.
static bool word(TSLexer *lexer, char *into) {
  unsigned length = 0;
  if (!opens_name(lexer->lookahead)) {
    into[0] = 0;
    return false;
  }
  while (in_name(lexer->lookahead)) {
    if (length < LONGEST - 1) {
      into[length++] = (char)lexer->lookahead;
    }
    lexer->advance(lexer, false);
  }
  into[length] = 0;
  return true;
}

// Skips blanks on the line. Whether there was one.
static bool gap(TSLexer *lexer) {
  bool any = false;
  while (lexer->lookahead == ' ' || lexer->lookahead == '\t') {
    lexer->advance(lexer, false);
    any = true;
  }
  return any;
}

// A word ends here, and no colon makes a field of it.
static bool ends(TSLexer *lexer) { return !in_name(lexer->lookahead) && lexer->lookahead != ':'; }

static bool is(const char *left, const char *right) { return strcmp(left, right) == 0; }

static bool one_of(const char *name, const char *const *list) {
  for (; *list != NULL; list++) {
    if (is(name, *list)) {
      return true;
    }
  }
  return false;
}

// The next word on this line is `wanted`.
static bool then(TSLexer *lexer, const char *wanted) {
  char next[LONGEST];
  return gap(lexer) && word(lexer, next) && is(next, wanted) && ends(lexer);
}

static bool percentile(const char *name) {
  if (name[0] != 'p' || !digit(name[1])) {
    return false;
  }
  for (name++; *name != 0; name++) {
    if (!digit(*name)) {
      return false;
    }
  }
  return true;
}

static bool found(TSLexer *lexer, enum Token token) {
  lexer->result_symbol = token;
  return true;
}

static bool blank(int32_t c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// The operators that are words. `in`, `is` and the words behind an operand are looked at on their own.
static const char *const OPERATORS[] = {"and", "or", "matches", "covers", "exactly", "starts", "ends", "subset", NULL};
static const char *const SUM_OPERATORS[] = {"minus", "plus", NULL};

// What stands before ends here, if anything may.
static bool ended(TSLexer *lexer, const bool *valid) {
  if (valid[EXPRESSION_END]) {
    return found(lexer, EXPRESSION_END);
  }
  if (valid[SUM_END]) {
    return found(lexer, SUM_END);
  }
  return valid[OPERAND_END] && found(lexer, OPERAND_END);
}

// A sign, or the end of the file. `glued` if nothing stands before it.
static bool sign(TSLexer *lexer, const bool *valid, bool glued) {
  bool sum = valid[EXPRESSION_END] || valid[SUM_END];
  switch (lexer->lookahead) {
    case ':':
      return valid[COLON] ? found(lexer, COLON) : ended(lexer, valid);
    case ',':
      if (valid[BINDER_COMMA] || valid[OPERAND_COMMA]) {
        do {
          lexer->advance(lexer, false);
        } while (blank(lexer->lookahead));
        bool closes = lexer->lookahead == ']' || lexer->lookahead == ')' || lexer->lookahead == '}';
        if (valid[OPERAND_COMMA] && !closes) {
          return found(lexer, OPERAND_COMMA);
        }
        char name[LONGEST];
        if (valid[BINDER_COMMA] && word(lexer, name) && then(lexer, "in")) {
          return found(lexer, BINDER_COMMA);
        }
      }
      return ended(lexer, valid);
    case '.':
    case '[':
    case '(':
      return !glued && ended(lexer, valid);
    case '/':
      lexer->advance(lexer, false);
      // A comment is no end: what goes on may stand behind it.
      return lexer->lookahead != '/' && !sum && ended(lexer, valid);
    case '+':
    case '-':
    case '*':
    case '?':
      return !sum && ended(lexer, valid);
    case '<':
    case '>':
    case '!':
      return !valid[EXPRESSION_END] && ended(lexer, valid);
    case '=':
      lexer->advance(lexer, false);
      return !(valid[EXPRESSION_END] && lexer->lookahead == '=') && ended(lexer, valid);
    default:
      return ended(lexer, valid);
  }
}

// A word that goes on, on its line, with what stands before it.
static bool goes_on(TSLexer *lexer, const bool *valid, const char *name) {
  char next[LONGEST];
  if (is(name, "in")) {
    bool follows = gap(lexer) && word(lexer, next) && ends(lexer);
    if (follows && valid[IN_UNIT] && one_of(next, UNITS)) {
      return found(lexer, IN_UNIT);
    }
    if (valid[IN]) {
      return found(lexer, IN);
    }
    return follows && valid[IN_A_ROW] && is(next, "a") && then(lexer, "row") && found(lexer, IN_A_ROW);
  }
  if (is(name, "not")) {
    return valid[NOT_IN] && then(lexer, "in") && found(lexer, NOT_IN);
  }
  if (is(name, "is")) {
    return valid[IS] && found(lexer, IS);
  }
  if (is(name, "as")) {
    return valid[AS] && gap(lexer) && word(lexer, next) && ends(lexer) && one_of(next, CASTS) && found(lexer, AS);
  }
  if (is(name, "at")) {
    if (!valid[AT_CLOCK] || !gap(lexer) || !digit(lexer->lookahead)) {
      return false;
    }
    lexer->advance(lexer, false);
    if (digit(lexer->lookahead)) {
      lexer->advance(lexer, false);
    }
    return lexer->lookahead == ':' && found(lexer, AT_CLOCK);
  }
  if (is(name, "observed")) {
    return valid[OBSERVED_SINCE] && then(lexer, "since") && found(lexer, OBSERVED_SINCE);
  }
  if (is(name, "may")) {
    return valid[MAY_BE_EMPTY] && then(lexer, "be") && then(lexer, "empty") && found(lexer, MAY_BE_EMPTY);
  }
  if (is(name, "over")) {
    return valid[OVER] && found(lexer, OVER);
  }
  if (is(name, "with")) {
    return valid[WITH] && then(lexer, "at") && found(lexer, WITH);
  }
  if (is(name, "by")) {
    return valid[BY] && found(lexer, BY);
  }
  if (is(name, "since")) {
    return valid[SINCE] && found(lexer, SINCE);
  }
  bool tail = is(name, "soak") || is(name, "checks") || is(name, "after");
  return tail && valid[COHORT_TAIL] && found(lexer, COHORT_TAIL);
}

// A word that opens an operand, and is told by what follows it on its line.
static bool opens(TSLexer *lexer, const bool *valid, const char *name) {
  char next[LONGEST];
  if (!gap(lexer)) {
    return false;
  }
  if (valid[UNKNOWN] && is(name, "unknown") && lexer->lookahead == '"') {
    return found(lexer, UNKNOWN);
  }
  if ((valid[COUNT] && is(name, "exactly")) || (valid[LAST] && is(name, "last"))) {
    enum Token token = is(name, "last") ? LAST : COUNT;
    if (token == COUNT && !digit(lexer->lookahead)) {
      return false;
    }
    while (lexer->lookahead > ' ') {
      lexer->advance(lexer, false);
    }
    return then(lexer, "of") && found(lexer, token);
  }
  bool match = valid[MATCH] && is(name, "match");
  if (match && (digit(lexer->lookahead) || lexer->lookahead == '"' || lexer->lookahead == '(' ||
                lexer->lookahead == '[' || lexer->lookahead == '{')) {
    return found(lexer, MATCH);
  }
  if (!word(lexer, next) || !ends(lexer)) {
    return match && next[0] != 0 && found(lexer, MATCH);
  }
  if (valid[BINDER] && is(next, "in")) {
    return found(lexer, BINDER);
  }
  if (match) {
    return found(lexer, MATCH);
  }
  if (valid[COUNT] && is(name, "at") && (is(next, "least") || is(next, "most"))) {
    if (!gap(lexer) || !digit(lexer->lookahead)) {
      return false;
    }
    while (lexer->lookahead > ' ') {
      lexer->advance(lexer, false);
    }
    return then(lexer, "of") && found(lexer, COUNT);
  }
  if (valid[MEASURE] && is(next, "of") && (percentile(name) || one_of(name, MEASURES))) {
    return found(lexer, MEASURE);
  }
  bool quantifier = valid[QUANTIFIER] && (is(name, "all") || is(name, "any") || is(name, "none"));
  return quantifier && (is(next, "of") || then(lexer, "in")) && found(lexer, QUANTIFIER);
}

bool tree_sitter_rollout_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
  (void)payload;
  if (valid[ERROR]) {
    return false;
  }
  // An end is marked before blanks and line ends, so that the next look sees them too; all else where its word begins.
  bool ending = valid[EXPRESSION_END] || valid[SUM_END] || valid[OPERAND_END];
  lexer->mark_end(lexer);
  bool glued = !blank(lexer->lookahead);
  bool same_line = true;
  while (blank(lexer->lookahead)) {
    same_line = same_line && lexer->lookahead != '\n';
    lexer->advance(lexer, !ending);
  }
  if (!ending) {
    lexer->mark_end(lexer);
  }
  if (valid[NEWLINE] && !same_line && lexer->lookahead != '}' && lexer->lookahead != '/' && !lexer->eof(lexer)) {
    return found(lexer, NEWLINE);
  }
  char name[LONGEST];
  if (!word(lexer, name)) {
    return sign(lexer, valid, glued);
  }
  if (lexer->lookahead == ':') {
    return valid[FIELD_NAME] ? found(lexer, FIELD_NAME) : ended(lexer, valid);
  }
  if (is(name, "where") && valid[WHERE]) {
    return found(lexer, WHERE);
  }
  bool going = ending || valid[IN_UNIT] || valid[IN_A_ROW] || valid[MAY_BE_EMPTY] || valid[OVER] || valid[WITH] ||
               valid[BY] || valid[SINCE] || valid[COHORT_TAIL];
  if (!going) {
    return opens(lexer, valid, name);
  }
  if (same_line && goes_on(lexer, valid, name)) {
    return true;
  }
  bool joins = (valid[EXPRESSION_END] && one_of(name, OPERATORS)) ||
               ((valid[EXPRESSION_END] || valid[SUM_END]) && one_of(name, SUM_OPERATORS));
  return !joins && ended(lexer, valid);
}
