export { decode, decodeFirst, decodeSequence } from "./decode.ts"
export { encode, encodeSequence } from "./encode.ts"
export { type CborValue, Tagged } from "./value.ts"
