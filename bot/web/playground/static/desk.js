// What one person sees: the places, the posts in them, what is read, and the book's clock.
// Holds no elements; the panes ask it and draw.

const SEEN_KEY = "renewals.seen";

export class Desk {
  #posts = new Map();
  #order = 0;
  #seen = readSession(SEEN_KEY, {});
  #told = { at: 0, when: 0 };

  person = "";
  persons = [];
  places = [];
  zone = "UTC";
  /** What Slack's client knows of the app, null where nobody stands in for Slack. */
  slack = null;
  /** The person's modals, last on top, and their Home tab. */
  window = { modals: [], home: null };

  /** Replaces everything by the server's picture. */
  take(state) {
    this.person = state.person;
    this.persons = state.persons;
    this.places = state.places;
    this.zone = state.zone;
    this.slack = state.slack ?? null;
    this.window = state.window ?? { modals: [], home: null };
    this.setClock(state.now);
    // A book that is younger than what was read of it is another book.
    if (this.#seen.since > this.#told.at) this.forget();
    // What was there before the page was first opened is not news.
    this.#seen.since ??= this.#told.at;
    writeSession(SEEN_KEY, this.#seen);
    this.#posts.clear();
    for (const post of state.posts) this.add(post);
  }

  /** Takes a post in; says "new", "edited", "gone", or null for what is known already or not for us. */
  add(post) {
    if (post.for && post.for !== this.person) return null;
    const known = this.#posts.get(post.id);
    if (post.gone) return this.#posts.delete(post.id) ? "gone" : null;
    if (known && (post.revision ?? 0) <= (known.revision ?? 0)) return null;
    this.#order += 1;
    this.#posts.set(post.id, {
      ...post,
      when: new Date(post.at),
      order: known ? known.order : this.#order,
      mine: post.author.person === this.person && !post.author.bot,
    });
    return known ? "edited" : "new";
  }

  post(id) {
    return this.#posts.get(id) ?? null;
  }

  /** A post by Slack's own name for it. */
  byTs(placeId, ts) {
    return this.postsIn(placeId).find((post) => post.ts === ts) ?? null;
  }

  place(id) {
    return this.places.find((place) => place.id === id) ?? null;
  }

  placesOf(platform) {
    return this.places.filter((place) => place.platform === platform);
  }

  /** The posts of a place, oldest first; those of one instant as they arrived. */
  postsIn(placeId) {
    return [...this.#posts.values()]
      .filter((post) => post.place === placeId)
      .sort((a, b) => a.when - b.when || a.order - b.order);
  }

  /**
   * Which of these posts hang in threads: `inside` are their ids, `of` has the replies by the id
   * of the first message. Only Slack has threads, of one level.
   */
  threadsAmong(posts) {
    const first = new Map(posts.map((post) => [post.ts, post.id]));
    const inside = new Set();
    const of = new Map();
    for (const post of posts) {
      const root = post.thread && post.thread !== post.ts ? first.get(post.thread) : null;
      if (!root) continue;
      inside.add(post.id);
      of.set(root, [...(of.get(root) ?? []), post]);
    }
    return { inside, of };
  }

  latestIn(placeId) {
    return this.postsIn(placeId).at(-1) ?? null;
  }

  unreadIn(placeId) {
    const seen = new Set(this.#seen[this.person]);
    return this.postsIn(placeId).filter(
      (post) => !post.mine && post.when > this.#seen.since && !seen.has(post.id),
    ).length;
  }

  unreadOn(platform) {
    return this.placesOf(platform).reduce((sum, place) => sum + this.unreadIn(place.id), 0);
  }

  /** Marks all posts of a place as read; says whether that changed anything. */
  see(placeId) {
    if (this.unreadIn(placeId) === 0) return false;
    const seen = new Set(this.#seen[this.person]);
    for (const post of this.postsIn(placeId)) seen.add(post.id);
    this.#seen[this.person] = [...seen];
    writeSession(SEEN_KEY, this.#seen);
    return true;
  }

  /** The book started anew: nothing has been read in it. */
  forget() {
    this.#seen = {};
    writeSession(SEEN_KEY, this.#seen);
  }

  setClock(now) {
    this.#told = { at: Date.parse(now), when: performance.now() };
  }

  /** The book's now: it runs on from where it was last set. */
  get now() {
    return new Date(this.#told.at + (performance.now() - this.#told.when));
  }
}

/** A value kept for this tab only, so that two tabs can be two people. */
export function readSession(key, fallback) {
  try {
    return JSON.parse(sessionStorage.getItem(key)) ?? fallback;
  } catch {
    return fallback;
  }
}

export function writeSession(key, value) {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Storage is full or switched off: the page works, it only forgets on reload.
  }
}
