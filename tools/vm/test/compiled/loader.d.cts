/** The folder whose modules are in one file with this one. */
export function folderOf(file: string): string
/** Exports of a module by its path below the checkout. */
export function load(file: string): unknown
