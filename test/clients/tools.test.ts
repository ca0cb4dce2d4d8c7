import { test } from 'node:test'
import { succeed } from './command.ts'
import { everyTool } from './tool.ts'

for (const { name, command, args } of everyTool()) {
  test(`tool ${name} is here`, async () => {
    await succeed(command(), args)
  })
}
