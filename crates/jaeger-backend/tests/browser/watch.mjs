// Watches a page for what must not happen on it, and answers its requests where a check wants another answer.

export class Watch {
  #call;
  #origin;
  #answers = [];
  #allowed = [];

  /** What must not happen, and did. */
  faults = [];

  /** `call` calls a method of the browser's protocol; all that the page asks for must be of `origin`. */
  constructor(call, origin) {
    this.#call = call;
    this.#origin = origin;
  }

  /** The latest word counts. */
  answer(part, answer) {
    this.#answers.unshift({ part, answer });
  }

  allow(pattern) {
    this.#allowed.push(pattern);
  }

  #fault(text) {
    if (!this.#allowed.some((pattern) => pattern.test(text))) this.faults.push(text);
  }

  /** An event of the page. */
  happened(method, params) {
    switch (method) {
      case "Runtime.consoleAPICalled":
        return this.#fault(
          `console.${params.type}: ${params.args.map((value) => value.value ?? value.description).join(" ")}`,
        );
      case "Runtime.exceptionThrown":
        return this.#fault(
          `exception: ${params.exceptionDetails.exception?.description ?? params.exceptionDetails.text}`,
        );
      case "Log.entryAdded":
        // Violations of the page's security policy come here too.
        return this.#fault(
          `${params.entry.source} ${params.entry.level}: ${params.entry.text} ${params.entry.url ?? ""}`,
        );
      case "Page.javascriptDialogOpening":
        this.faults.push(`dialog: ${params.message}`);
        return void this.#call("Page.handleJavaScriptDialog", { accept: false });
      case "Fetch.requestPaused":
        return void this.#answer(params).catch(() => {});
    }
  }

  async #answer({ requestId, request }) {
    const { origin } = new URL(request.url);
    if (origin !== this.#origin) {
      this.faults.push(`asks elsewhere: ${request.url}`);
      return this.#call("Fetch.failRequest", { requestId, errorReason: "BlockedByClient" });
    }
    const own = this.#answers.find(({ part }) => request.url.includes(part));
    if (!own || own.answer === undefined) return this.#call("Fetch.continueRequest", { requestId });
    if (own.answer === null)
      return this.#call("Fetch.failRequest", { requestId, errorReason: "ConnectionRefused" });
    const body = Buffer.from(JSON.stringify(own.answer)).toString("base64");
    const responseHeaders = [{ name: "content-type", value: "application/json" }];
    return this.#call("Fetch.fulfillRequest", { requestId, responseCode: 200, responseHeaders, body });
  }
}
