/**
 * What the command read before it held its rows is no longer so: nothing of it happens, and it is run again whole. Only a database
 * with several writers gets here.
 */
export class RunAgain extends Error {
  constructor(because: string) {
    super(`${because}: the command is run again`)
  }
}
