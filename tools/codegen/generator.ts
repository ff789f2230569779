/** One producer of committed files. */
export interface Generator {
  readonly name: string
  /** The whole text of each file, by its path from the repository's root. */
  outputs(): Promise<ReadonlyMap<string, string>>
}
