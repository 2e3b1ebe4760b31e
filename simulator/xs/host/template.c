/* Building the template, running its bundle. */
#include "template.h"

#include "compile.h"
#include "guard.h"

typedef struct {
  Template* template;
  BundleState state;
  char* text;
  size_t length;
  char* why;
  size_t whySize;
} Source;

/*
 * A clone that could write to the template's global object would share its table of properties. The engine fills that
 * table as properties are first read; here it is filled beforehand, since it may lie in flash.
 */
static void freezeGlobal(txMachine* the) {
  txSlot* instance = mxGlobal.value.reference;
  txSlot* property;
  for (property = instance->next->next; property; property = property->next) {
    if (XS_SYMBOL_ID_COUNT <= property->ID && property->ID < XS_INTRINSICS_COUNT)
      instance->next->value.table.address[property->ID] = property;
  }
  instance->flag |= XS_DONT_PATCH_FLAG;
  for (property = instance->next; property; property = property->next)
    property->flag |= property->kind == XS_ACCESSOR_KIND ? XS_DONT_DELETE_FLAG : XS_DONT_DELETE_FLAG | XS_DONT_SET_FLAG;
}

static void build(txMachine* the, void* data) {
  Source* source = data;
  installHost(the);
  /* its memory would lie outside the limits, and no second thread would ever share it */
  mxPushUndefined();
  mxPush(mxGlobal);
  fxSetID(the, fxID(the, "SharedArrayBuffer"));
  mxPop();
  mxPop();
  source->template->bundle = compileBundle(the, source->text, (txSize)source->length, source->why, source->whySize);
  if (source->template->bundle && source->state == BUNDLE_DEFINED)
    templateRun(source->template, the);
  freezeGlobal(the);
}

/*
 * Clones copy slots of the template. Where such a slot owns a chunk, a clone's collector would take the chunk for its
 * own and move it; kinds that end in X say that it is somebody else's, as if it were in flash.
 */
static void keepChunks(txMachine* the) {
  txSlot* block;
  for (block = the->firstHeap; block; block = block->next) {
    txSlot* slot;
    for (slot = block + 1; slot < block->value.reference; slot++) {
      switch (slot->kind) {
      case XS_STRING_KIND: slot->kind = XS_STRING_X_KIND; break;
      case XS_BIGINT_KIND: slot->kind = XS_BIGINT_X_KIND; break;
      case XS_KEY_KIND: slot->kind = XS_KEY_X_KIND; break;
      case XS_CODE_KIND: slot->kind = XS_CODE_X_KIND; break;
      default: break;
      }
    }
  }
}

int templateBuild(Template* template, BundleState state, char* text, size_t length, char* why, size_t whySize) {
  txCreation creation = {256 * 1024, 16 * 1024, 16 * 1024, 1024, 4096, 2048, 512, NAME_MODULO, SYMBOL_MODULO, 0, 0, 0};
  Source source = {template, state, text, length, why, whySize};
  template->bundle = NULL;
  template->machine = fxCreateMachine(&creation, "template", NULL, XS_NO_ID);
  if (!template->machine) {
    snprintf(why, whySize, "there is no memory for a machine");
    return 0;
  }
  snprintf(why, whySize, "the template machine ended");
  if (guarded(template->machine, build, &source) || !template->bundle)
    return 0;
  fxShareMachine(template->machine);
  keepChunks(template->machine);
  return 1;
}

void templateFree(Template* template) {
  if (template->bundle)
    freeBundle(template->bundle);
  if (template->machine)
    fxDeleteMachine(template->machine);
  template->bundle = NULL;
  template->machine = NULL;
}

void templateRun(const Template* template, txMachine* the) {
  txSlot* realm = mxModuleInstanceInternal(mxProgram.value.reference)->value.module.realm;
  fxRunScript(the, template->bundle, mxRealmGlobal(realm), NULL, mxRealmClosures(realm)->value.reference, NULL,
              mxProgram.value.reference);
  mxPop();
}
