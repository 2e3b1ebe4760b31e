/** The Moddable SDK's drivers, for which it has no typings of its own. */
declare module "embedded:sensor/Humidity-Temperature/SHT3x" {
  class SHT3x {
    constructor(options: { sensor: Record<string, unknown>; onError?: (message: string) => void })
    sample(): { thermometer: { temperature?: number }; hygrometer: { humidity?: number } }
    close(): void
  }
  export default SHT3x
}

declare module "embedded:sensor/Barometer-Temperature/BMP280" {
  class BMP280 {
    constructor(options: { sensor: Record<string, unknown> })
    sample(): { thermometer: { temperature: number }; barometer: { pressure: number } }
    close(): void
  }
  export default BMP280
}

declare module "sx127x" {
  class SX127x {
    constructor(options: Record<string, unknown>)
    read(): ArrayBuffer | undefined
    write(buffer: Uint8Array): void
    close(): void
  }
  export default SX127x
}
