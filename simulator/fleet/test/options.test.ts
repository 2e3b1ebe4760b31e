import { describe, expect, it } from "vitest"
import { parseOptions } from "../options.ts"

function parse(...args: string[]) {
  const said: string[] = []
  const options = parseOptions(args, { out: (text) => said.push(text), err: (text) => said.push(text) })
  return { options, said: said.join("") }
}

describe("options", () => {
  it("may all be left out", () => {
    expect(parse().options).toEqual({ json: false })
  })

  it("are read", () => {
    const line = "--devices 3 --epoch 2.5 --epochs 4 --batch 6 --seed 007 --data x --json"
    expect(parse(...line.split(" ")).options).toEqual({
      devices: 3,
      epoch: 2.5,
      epochs: 4,
      batch: 6,
      seed: "7",
      data: "x",
      json: true,
    })
    const fleet = "--gateway coap://127.0.0.1:5683 --http http://127.0.0.1:8080"
    expect(parse(...fleet.split(" ")).options).toMatchObject({ gateway: "coap://127.0.0.1:5683" })
  })

  it("of links and air are read", () => {
    expect(
      parse("--links", "wifi:8,serial:4", "--loss", "0.3", "--latency", "1.5s", "--duplicate", "0.1").options,
    ).toEqual({
      ...{ json: false, loss: 0.3, latency: 1500, duplicate: 0.1 },
      links: [
        { link: "wifi", devices: 8 },
        { link: "serial", devices: 4 },
      ],
    })
    expect(parse("--latency", "200ms").options).toMatchObject({ latency: 200 })
    expect(parse("--links", "wifi:8", "--devices", "9").said).toContain("contradicts --links")
    expect(parse("--virtual", "--loss", "0.1").said).toContain("--loss is for live runs")
    const gateway = ["--gateway", "coap://h:1", "--http", "http://h:2"]
    expect(parse(...gateway, "--links", "serial:1").said).toContain("needs --serial")
    expect(parse(...gateway, "--links", "serial:1", "--serial", "tcp:h:3").options).toMatchObject({ serial: "tcp:h:3" })
  })

  it.each([
    [["--loss", "1"], "--loss", "'1'"],
    [["--latency", "200"], "--latency", "'200'"],
    [["--links", "wifi"], "--links", "'wifi'"],
    [["--devices", "0"], "--devices", "'0'"],
    [["--devices", "many"], "--devices", "'many'"],
    [["--devices", "1.5"], "--devices", "'1.5'"],
    [["--devices", ""], "--devices", "''"],
    [["--epoch", "-1"], "--epoch", "'-1'"],
    [["--epochs", "1e9"], "--epochs", "'1e9'"],
    [["--batch", "0"], "--batch", "'0'"],
    [["--batch", "65"], "--batch", "'65'"],
    [["--seed", "abc"], "--seed", "'abc'"],
    [["--gateway", "http://x"], "--gateway", "'http://x'"],
    [["--http", "localhost"], "--http", "'localhost'"],
  ])("%j: one line that names option and value, exit code 2", (args, option, value) => {
    const { options, said } = parse(...args)
    expect(options).toBe(2)
    expect(said).toContain(option)
    expect(said).toContain(value)
    expect(said.trim().split("\n")).toHaveLength(1)
  })

  it("ask for what is missing", () => {
    expect(parse("--gateway", "coap://h:1")).toEqual({
      options: 2,
      said: "E_USAGE: --gateway needs --http URL beside it\n",
    })
    expect(parse("--http", "http://h:1").said).toContain("needs --gateway coap://HOST:PORT")
    expect(parse("--frobnicate").said).toContain("unknown option '--frobnicate'")
    expect(parse("--frobnicate").options).toBe(2)
    expect(parse("12").options).toBe(2)
  })

  it("tell virtual time from real time", () => {
    expect(parse("--virtual", "--days", "7").options).toEqual({ json: false, virtual: true, days: 7 })
    expect(parse("--days", "7").said).toContain("--days is for --virtual")
    expect(parse("--virtual", "--days", "7", "--epochs", "3").options).toBe(2)
    expect(parse("--virtual", "--gateway", "coap://h:1", "--http", "http://h:1").options).toBe(2)
  })

  it("explain themselves", () => {
    const { options, said } = parse("--help")
    expect(options).toBe(0)
    for (const option of [
      "--devices",
      "--epoch",
      "--epochs",
      "--batch",
      "--seed",
      "--data",
      "--json",
      "--gateway",
      "--virtual",
    ])
      expect(said).toContain(option)
  })
})
