// The files that were opened, in the browser's database: from them a tune is read again when its session is gone.

const DAYS = 30; // without use after which a file is dropped; the work on it stays
const STORE = "files";

/** @typedef {{ digest: string, name: string, bytes: Uint8Array<ArrayBuffer>, used: number }} StoredFile */

/** What the database did not take; it is the page's own. @type {Map<string, StoredFile>} */
const memory = new Map();

/** @template Result @param {IDBRequest<Result>} request @returns {Promise<Result>} */
const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

/** @param {IDBTransactionMode} mode */
async function open(mode) {
  const request = indexedDB.open("armusic-studio", 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(STORE, { keyPath: "digest" }).createIndex("used", "used");
  };
  const database = await done(request);
  const transaction = database.transaction(STORE, mode);
  for (const event of ["complete", "abort"]) transaction.addEventListener(event, () => database.close());
  return transaction;
}

/** Keep a file; return whether it is stored.
 * @param {string} digest @param {string} name @param {Uint8Array<ArrayBuffer>} bytes */
export async function keep(digest, name, bytes) {
  const file = { digest, name, bytes, used: Date.now() };
  try {
    const transaction = await open("readwrite");
    const files = transaction.objectStore(STORE);
    const old = await done(files.index("used").getAllKeys(IDBKeyRange.upperBound(file.used - DAYS * 86_400_000)));
    for (const key of old) files.delete(key);
    files.put(file);
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    memory.delete(digest);
    return true;
  } catch {
    memory.set(digest, file);
    return false;
  }
}

/** Return a file; null if it is not kept. @param {string} digest @returns {Promise<StoredFile | null>} */
export async function find(digest) {
  const file = memory.get(digest);
  if (file) return file;
  try {
    return (await done((await open("readonly")).objectStore(STORE).get(digest))) ?? null;
  } catch {
    return null;
  }
}
