/* Parsing: once for each worker. Machines cannot parse, as boards cannot: eval and Function() throw. */
#include "compile.h"

/* xsRun.c has it, its header does not. */
extern void fxRemapIDs(txMachine* the, txByte* codeBuffer, txSize codeSize, txID* theIDs);

typedef struct {
  const txU1* bytes;
  txSize offset, length;
} Source;

static int nextByte(void* stream) {
  Source* source = stream;
  return source->offset < source->length ? source->bytes[source->offset++] : C_EOF;
}

txScript* fxParseScript(txMachine* the, void* stream, txGetter getter, txUnsigned flags) {
  (void)the, (void)stream, (void)getter, (void)flags;
  return NULL;
}

static txScript* parse(txMachine* the, Source* source, char* why, size_t whySize) {
  txParser parser;
  txParserJump jump;
  txScript* volatile script = NULL; /* longjmp must find it as it was */
  fxInitializeParser(&parser, the, 32 * 1024, 1993);
  parser.firstJump = &jump;
  if (c_setjmp(jump.jmp_buf) == 0) {
    fxParserTree(&parser, source, nextByte, mxProgramFlag, NULL);
    fxParserHoist(&parser);
    fxParserBind(&parser);
    script = fxParserCode(&parser);
  }
  if (parser.errorCount) { /* then the script would only throw the SyntaxError, at each wake */
    fxDeleteScript(script);
    script = NULL;
  }
  if (!script)
    snprintf(why, whySize, "the bundle does not compile: line %d: %s", (int)parser.line,
             parser.errorMessage ? parser.errorMessage : "out of memory");
  fxTerminateParser(&parser);
  return script;
}

/*
 * Code and strings inside the bytecode are normally copied into the machine's chunks. Their "archive" opcodes leave
 * them where they are, which is what a board does with code in flash. Both have the same size.
 */
static void runInPlace(txByte* code, txSize size) {
  txByte* end = code + size;
  while (code < end) {
    txU1 opcode = (txU1)*code;
    txS1 step = gxCodeSizes[opcode];
    switch (opcode) {
    case XS_CODE_CODE_1: *code = (txByte)XS_CODE_CODE_ARCHIVE_1; break;
    case XS_CODE_CODE_2: *code = (txByte)XS_CODE_CODE_ARCHIVE_2; break;
    case XS_CODE_CODE_4: *code = (txByte)XS_CODE_CODE_ARCHIVE_4; break;
    case XS_CODE_STRING_1: *code = (txByte)XS_CODE_STRING_ARCHIVE_1; break;
    case XS_CODE_STRING_2: *code = (txByte)XS_CODE_STRING_ARCHIVE_2; break;
    case XS_CODE_STRING_4: *code = (txByte)XS_CODE_STRING_ARCHIVE_4; break;
    default: break;
    }
    if (step > 0)
      code += step;
    else if (step == 0)
      code += 1 + sizeof(txID);
    else {
      /* -1, -2, -4: as many bytes of length follow, then that many bytes */
      txU4 length = 0;
      int index;
      for (index = 0; index < -step; index++)
        length |= (txU4)(txU1)code[1 + index] << (8 * index);
      code += 1 - step + length;
    }
  }
}

/* Names get the ids of the template; its clones have the same. */
static int internNames(txMachine* the, txScript* script) {
  const txByte* names = script->symbolsBuffer;
  txID count, index;
  txID* ids;
  if (!names)
    return 1;
  mxDecodeID(names, count);
  ids = malloc(count * sizeof *ids);
  if (!ids)
    return 0;
  ids[0] = XS_NO_ID;
  for (index = 1; index < count; index++) {
    ids[index] = fxNewNameC(the, (txString)names);
    names += strlen((const char*)names) + 1;
  }
  fxRemapIDs(the, script->codeBuffer, script->codeSize, ids);
  free(ids);
  return 1;
}

txScript* compileBundle(txMachine* the, char* text, txSize length, char* why, size_t whySize) {
  Source source = {(const txU1*)text, 0, length};
  txScript* script = parse(the, &source, why, whySize);
  if (!script)
    return NULL;
  if (!internNames(the, script)) {
    snprintf(why, whySize, "the worker has no memory for the bundle's names");
    freeBundle(script);
    return NULL;
  }
  runInPlace(script->codeBuffer, script->codeSize);
  c_free(script->symbolsBuffer);
  script->symbolsBuffer = NULL; /* tells fxRunScript that the names are in place and the script is ours */
  return script;
}

void freeBundle(txScript* script) {
  fxDeleteScript(script);
}
