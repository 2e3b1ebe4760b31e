import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { examples, hexRows } from "./examples.ts"

const document = readFileSync(new URL("../../../docs/protocol.md", import.meta.url), "utf8")
const blocks = [...document.matchAll(/^```hex (\S+)\n([\s\S]*?)\n```$/gm)].map(([, name, hex]) => ({ name, hex }))

test.each(blocks)("docs/protocol.md, example $name, is what the code makes", ({ name, hex }) => {
  expect(examples).toHaveProperty([name!])
  expect(hex).toBe(hexRows(examples[name!]!))
})

test("every example stands in the document, once", () => {
  expect(blocks.map(({ name }) => name).sort()).toEqual(Object.keys(examples).sort())
})
