import { CofferdamError } from '@cofferdam/core'
import { encodeHeader, tarEnd, tarPadding } from './header.js'
import { walkDirectory, type PackOptions } from './walk.js'

const pieceSize = 256 * 1024

/**
 * A directory as a layer's archive, like `tar --sort=name --xattrs -c -C DIRECTORY .`: owner, mode, whole seconds of
 * times, hard links, devices, file capabilities. The same tree gives the same bytes.
 * @throws CofferdamError `ERR_FILE_CHANGED` when a file shrinks while it is read
 */
export async function* packDirectory(directory: string, options: PackOptions = {}): AsyncGenerator<Buffer> {
  for await (const { entry, file } of walkDirectory(directory, options)) {
    yield encodeHeader(entry)
    for (let position = 0; file !== undefined && position < entry.size;) {
      options.signal?.throwIfAborted()
      const piece = Buffer.allocUnsafe(Math.min(pieceSize, entry.size - position))
      const { bytesRead } = await file.read(piece, 0, piece.length, position)
      if (bytesRead === 0) {
        throw new CofferdamError(
          'ERR_FILE_CHANGED',
          `pack ${directory}: ${entry.path.toString()} became shorter`,
          {
            path: entry.path.toString(),
            hint: 'pack a directory that nothing writes to',
          },
        )
      }
      position += bytesRead
      yield piece.subarray(0, bytesRead)
    }
    if (entry.size > 0) yield tarPadding(entry.size)
  }
  yield tarEnd()
}
