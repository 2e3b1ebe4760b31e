/** The part of ethers 6 that the tests use. */
export interface Ethers {
  JsonRpcProvider: new (url: string, network?: undefined, options?: object) => Provider
  WebSocketProvider: new (url: string) => Provider
  Wallet: new (key: string, provider: Provider) => Wallet
  Contract: new (address: string, abi: unknown, runner: Wallet | Provider) => Contract
  ContractFactory: new (
    abi: unknown,
    bytecode: string,
    runner: Wallet,
  ) => { deploy(...args: unknown[]): Promise<Contract> }
}

export interface Receipt {
  status: number
  hash: string
  blockNumber: number
  gasUsed: bigint
  logs: { fragment?: { name: string }; args?: Record<string, unknown>; topics: string[] }[]
}

export interface Sent {
  hash: string
  type: number
  wait(): Promise<Receipt>
}

export interface Provider {
  destroy(): void
  getNetwork(): Promise<{ chainId: bigint }>
  getBlockNumber(): Promise<number>
  getBlock(
    tag: string | number,
    full?: boolean,
  ): Promise<{ hash: string; transactions: string[]; baseFeePerGas: bigint }>
  getFeeData(): Promise<{ gasPrice: bigint; maxFeePerGas: bigint; maxPriorityFeePerGas: bigint }>
  getBalance(address: string, tag?: string | number): Promise<bigint>
  getCode(address: string): Promise<string>
  getStorage(address: string, slot: number): Promise<string>
  getTransaction(hash: string): Promise<{ from: string; nonce: number; type: number } | null>
  getTransactionReceipt(hash: string): Promise<Receipt | null>
  getLogs(filter: object): Promise<{ transactionHash: string; blockNumber: number }[]>
  estimateGas(request: object): Promise<bigint>
  call(request: object): Promise<string>
  send(method: string, params: unknown[]): Promise<unknown>
  on(event: unknown, listener: (...args: never[]) => void): Promise<Provider>
}

export interface Wallet {
  address: string
  sendTransaction(request: object): Promise<Sent>
}

type ContractMethod = {
  (...args: unknown[]): Promise<never>
  staticCall(...args: unknown[]): Promise<unknown>
  estimateGas(...args: unknown[]): Promise<bigint>
  send(...args: unknown[]): Promise<Sent>
}

export interface Contract {
  waitForDeployment(): Promise<Contract>
  getAddress(): Promise<string>
  getFunction(name: string): ContractMethod
  queryFilter(event: string, from?: number): Promise<{ args: unknown[]; blockNumber: number }[]>
  on(event: string, listener: (...args: never[]) => void): Promise<Contract>
}
