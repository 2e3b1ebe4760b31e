/** What Dormouse says in CBOR: integers, strings, arrays, maps, tags, booleans and null. No floats, no indefinite lengths. */
export type CborValue = number | string | boolean | null | Uint8Array | CborValue[] | Map<CborValue, CborValue> | Tagged

export class Tagged {
  readonly tag: number
  readonly value: CborValue

  constructor(tag: number, value: CborValue) {
    this.tag = tag
    this.value = value
  }
}
