import { expect, test } from "vitest"
import { sha256, verify } from "../index.ts"
import { fromDer, wycheproofCases, wycheproofMissing } from "./wycheproof.ts"

test.skipIf(wycheproofMissing)("all 463 Wycheproof ECDSA cases (shared data)", () => {
  const cases = wycheproofCases()
  expect(cases).toHaveLength(463)
  const wrong = cases.filter(({ signature, message, publicKey, valid }) => {
    const compact = fromDer(signature)
    return (compact !== undefined && verify(compact, sha256(message), publicKey)) !== valid
  })
  expect(wrong.map(({ id, comment }) => `${id}: ${comment}`)).toEqual([])
})
