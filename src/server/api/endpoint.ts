import type { Readable } from 'node:stream';

/** One operation of MLflow's API, wherever its path is mounted. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Behind `/api/2.0/mlflow`, such as `/runs/create`. */
  readonly path: string;
  /**
   * @param input the JSON body, or of a GET the query: undeclared, to be read by `decode` (api/fields.ts)
   * @returns what is sent as JSON, or a stream of JSON text
   * @throws ApiError
   */
  readonly handle: (input: unknown) => Promise<object | Readable> | object;
  /** Reads bodies that are as usual faster than JSON.parse; undefined for any other. What it makes is the `input`. */
  readonly scan?: (body: Buffer) => object | undefined;
}
