#!/usr/bin/env node
// As much of solc's command line as Slither uses (--version, --standard-json), over the npm package: no binary to fetch.
const { readFileSync, writeSync } = require("node:fs")
const solc = require("solc")

/** The whole text: a pipe takes no more than it has room for at once. */
function print(text) {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at)
    } catch (error) {
      if (error.code !== "EAGAIN") throw error
    }
  }
}

if (process.argv.includes("--version")) print(`Version: ${solc.version()}\n`)
else {
  const input = JSON.parse(readFileSync(0, "utf8"))
  for (const source of Object.values(input.sources))
    if (source.urls) source.content = readFileSync(source.urls[0], "utf8")
  for (const source of Object.values(input.sources)) delete source.urls
  const findImport = (path) => ({ contents: readFileSync(require.resolve(path), "utf8") })
  print(solc.compile(JSON.stringify(input), { import: findImport }))
}
