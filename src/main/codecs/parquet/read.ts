import type { RowColumn, RowTable } from '../table'
import type { Scalar } from '../values'
import { createUnpacker } from '../packing/unpack'
import { columnOf } from '../table'
import { cellTypeOf, emptyParquetType } from './cells'
import { readFooter } from './metadata'
import { readChunk } from './pages'

/**
 * Reads a Parquet file of flat columns. All that it claims is compared with what is there, or with
 * what a value may hold, before anything of that size is made. Throws FormatFault.
 */
export function readParquet(bytes: Uint8Array): RowTable {
  const { rows, columns, groups } = readFooter(bytes)
  const unpack = createUnpacker()
  return {
    rows,
    columns: columns.map((column, index): RowColumn => {
      const cells: Scalar[] = []
      for (const group of groups) {
        const chunk = group[index]
        if (chunk !== undefined)
          readChunk(bytes, chunk, unpack, cells)
      }
      const type = cellTypeOf(column)
      return type === null ? columnOf(column.name, cells, emptyParquetType(column)) : { name: column.name, type, cells }
    }),
  }
}
