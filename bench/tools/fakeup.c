/* fakeup: the scripted OpenAI-style upstream (one thread, epoll, HTTP/1.1 keep-alive, 127.0.0.1 only).
 *
 * fakeup -p 9001               a JSON answer of 1 KB; streams as fast as possible
 * fakeup -p 9002 -n 200 -i 50  streams of 200 chunks, one every 50 ms
 *
 * -p port   -n chunks of a stream (100)   -s bytes of a chunk (200)   -i ms between chunks (0)
 * -d ms before the first byte (0)   -j bytes of a JSON answer (1024)   -e status instead of 200
 * -k requests of a connection, which is then closed without notice (0: never; tests stale keep-alive)
 *
 * A POST with "stream":true in its body gets SSE (chunked), any other POST a JSON answer with usage.
 * Every chunk holds "t":<CLOCK_MONOTONIC in ns when it was written>, so a reader on this machine knows
 * how long it was under way. GET /stats: counters as JSON.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int port = 9001, chunks = 100, csize = 200, interval = 0, delay_ms = 0, maxreq = 0, jsize = 1024, status = 200;
static long n_req, n_start, n_done, n_abort, n_accept, n_open, n_bytes_in;

typedef struct conn {
    int fd, served, streaming, left, want_out, idx;   /* idx: place in active[] or -1 */
    long due;                                         /* ms when the next chunk / answer is due */
    char *in; size_t in_len, in_cap;
    char *out; size_t out_len, out_off, out_cap;
    int pend_json, incl_usage;
} conn;

static conn **active; static int n_active, cap_active;
static int ep;
static char json_body[1 << 20]; static size_t json_len;
static char pad[1 << 16];

static long now_ns(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1000000000L + t.tv_nsec; }

static void out_add(conn *c, const char *p, size_t n) {
    if (c->out_off == c->out_len) c->out_off = c->out_len = 0;
    if (c->out_len + n > c->out_cap) {
        size_t cap = c->out_cap ? c->out_cap : 4096;
        while (cap < c->out_len + n) cap *= 2;
        c->out = realloc(c->out, cap); c->out_cap = cap;
    }
    memcpy(c->out + c->out_len, p, n); c->out_len += n;
}
static void act_add(conn *c) {
    if (c->idx >= 0) return;
    if (n_active == cap_active) { cap_active = cap_active ? cap_active * 2 : 256; active = realloc(active, cap_active * sizeof *active); }
    c->idx = n_active; active[n_active++] = c;
}
static void act_del(conn *c) {
    if (c->idx < 0) return;
    active[c->idx] = active[--n_active]; active[c->idx]->idx = c->idx; c->idx = -1;
}
static void drop(conn *c) {
    if (c->streaming) n_abort++;
    act_del(c); n_open--; close(c->fd); free(c->in); free(c->out); free(c);
}
/* 0 ok, -1 dropped */
static int flush_out(conn *c) {
    while (c->out_off < c->out_len) {
        ssize_t w = send(c->fd, c->out + c->out_off, c->out_len - c->out_off, MSG_NOSIGNAL);
        if (w < 0) {
            if (errno == EINTR) continue;
            if (errno == EAGAIN) {
                if (!c->want_out) { struct epoll_event e = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP, .data.ptr = c}; epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e); c->want_out = 1; }
                return 0;
            }
            drop(c); return -1;
        }
        c->out_off += w;
    }
    if (c->want_out) { struct epoll_event e = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = c}; epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e); c->want_out = 0; }
    return 0;
}
static void add_chunk(conn *c) {
    char b[1 << 16], h[32]; int n;
    if (c->left > 1) {
        n = snprintf(b, sizeof b, "data: {\"id\":\"chatcmpl-fake0001\",\"object\":\"chat.completion.chunk\",\"created\":1750000000,\"model\":\"gpt-4o-mini\",\"t\":%ld,\"choices\":[{\"index\":0,\"delta\":{\"content\":\"", now_ns());
        int tail = 2 + (int) strlen("},\"finish_reason\":null}]}\n\n");
        int fill = csize - n - tail; if (fill < 1) fill = 1;
        memcpy(b + n, pad, fill); n += fill;
        n += snprintf(b + n, sizeof b - n, "\"},\"finish_reason\":null}]}\n\n");
    } else {
        n = snprintf(b, sizeof b, "data: {\"id\":\"chatcmpl-fake0001\",\"object\":\"chat.completion.chunk\",\"created\":1750000000,\"model\":\"gpt-4o-mini\",\"t\":%ld,\"choices\":[],\"usage\":{\"prompt_tokens\":120,\"completion_tokens\":%d,\"total_tokens\":%d}}\n\ndata: [DONE]\n\n", now_ns(), chunks, chunks + 120);
    }
    int hn = snprintf(h, sizeof h, "%x\r\n", n);
    out_add(c, h, hn); out_add(c, b, n); out_add(c, "\r\n", 2);
    if (--c->left == 0) out_add(c, "0\r\n\r\n", 5);
}
static int end_request(conn *c) {       /* after a whole answer is queued */
    c->served++;
    if (maxreq && c->served >= maxreq) { if (flush_out(c) == 0) { c->streaming = 0; drop(c); } return -1; }
    return 0;
}
static int pump_fast(conn *c) {          /* interval 0: write chunk by chunk until done or the socket is full */
    while (c->left > 0 && c->out_off == c->out_len) { add_chunk(c); if (flush_out(c) < 0) return -1; }
    if (c->left == 0 && c->streaming) { c->streaming = 0; n_done++; return end_request(c); }
    return 0;
}
static void start_json(conn *c) {
    char h[256]; int n = snprintf(h, sizeof h, "HTTP/1.1 %d X\r\nContent-Type: application/json\r\nx-request-id: req_fake0001\r\nopenai-processing-ms: 1\r\nContent-Length: %zu\r\n\r\n", status, json_len);
    out_add(c, h, n); out_add(c, json_body, json_len);
}
static int handle(conn *c, const char *head, const char *body, size_t blen) {
    if (!strncmp(head, "GET /stats", 10)) {
        struct rusage ru; getrusage(RUSAGE_SELF, &ru);
        char b[512], h[128];
        int n = snprintf(b, sizeof b, "{\"requests\":%ld,\"streams_started\":%ld,\"streams_done\":%ld,\"streams_aborted\":%ld,\"conns_accepted\":%ld,\"conns_open\":%ld,\"bytes_in\":%ld,\"cpu_us\":%ld}\n",
            n_req, n_start, n_done, n_abort, n_accept, n_open, n_bytes_in,
            (ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) * 1000000L + ru.ru_utime.tv_usec + ru.ru_stime.tv_usec);
        int hn = snprintf(h, sizeof h, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", n);
        out_add(c, h, hn); out_add(c, b, n); return flush_out(c);
    }
    n_req++; n_bytes_in += blen;
    int st = status == 200 && (memmem(body, blen, "\"stream\":true", 13) || memmem(body, blen, "\"stream\": true", 14));
    if (st) {
        static const char h[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nCache-Control: no-cache\r\nx-request-id: req_fake0001\r\nTransfer-Encoding: chunked\r\n\r\n";
        n_start++; c->streaming = 1; c->left = chunks; out_add(c, h, sizeof h - 1);
        if (interval || delay_ms) { c->due = now_ns() / 1000000 + delay_ms; act_add(c); return delay_ms ? 0 : flush_out(c); }
        if (flush_out(c) < 0) return -1;
        return pump_fast(c);
    }
    if (delay_ms) { c->pend_json = 1; c->due = now_ns() / 1000000 + delay_ms; act_add(c); return 0; }
    start_json(c);
    if (flush_out(c) < 0) return -1;
    return end_request(c);
}
/* take as many whole requests as are buffered; -1 when dropped */
static int parse(conn *c) {
    while (c->in_len && !c->streaming && !c->pend_json) {
        char *e = memmem(c->in, c->in_len, "\r\n\r\n", 4);
        if (!e) return 0;
        size_t hl = e - c->in + 4; long cl = 0; int chunked = 0, expect = 0;
        for (char *l = memchr(c->in, '\n', hl); l && l + 1 < e; l = memchr(l + 1, '\n', hl - (l + 1 - c->in))) {
            if (!strncasecmp(l + 1, "content-length:", 15)) cl = atol(l + 16);
            else if (!strncasecmp(l + 1, "transfer-encoding:", 18)) chunked = 1;
            else if (!strncasecmp(l + 1, "expect: 100", 11)) expect = 1;
        }
        char *body = c->in + hl; size_t blen = cl, used = hl + cl;
        if (expect && c->in_len == hl) { if (send(c->fd, "HTTP/1.1 100 Continue\r\n\r\n", 25, MSG_NOSIGNAL) < 0) { drop(c); return -1; } }
        if (chunked) {           /* decode in place once it is all here */
            char *r = body, *end = c->in + c->in_len; int ok = 0;
            while (r < end) {
                char *nl = memchr(r, '\n', end - r); if (!nl) break;
                long n = strtol(r, NULL, 16); r = nl + 1;
                if (n == 0) { if (end - r >= 2) { ok = 1; r += 2; } break; }
                if (end - r < n + 2) break;
                r += n + 2;
            }
            if (!ok) return 0;
            char *w = body, *q = body;
            for (;;) { char *nl = memchr(q, '\n', end - q); long n = strtol(q, NULL, 16); q = nl + 1; if (!n) break; memmove(w, q, n); w += n; q += n + 2; }
            blen = w - body; used = r - c->in;
        } else if (c->in_len < used) return 0;
        char save = *e; *e = 0;
        int rc = handle(c, c->in, body, blen);
        if (rc < 0) return -1;
        *e = save; memmove(c->in, c->in + used, c->in_len - used); c->in_len -= used;
    }
    return 0;
}
static void tick(void) {
    long ms = now_ns() / 1000000;
    for (int i = n_active - 1; i >= 0; i--) {
        if (i >= n_active) continue;
        conn *c = active[i];
        if (c->due > ms) continue;
        if (c->pend_json) { c->pend_json = 0; act_del(c); start_json(c); if (flush_out(c) < 0) continue; if (end_request(c) < 0) continue; parse(c); continue; }
        if (!interval) { act_del(c); if (flush_out(c) == 0) pump_fast(c); continue; }
        add_chunk(c); c->due += interval;
        int left = c->left;
        if (left == 0) act_del(c);
        if (flush_out(c) < 0) continue;
        if (left == 0) { c->streaming = 0; n_done++; if (end_request(c) < 0) continue; parse(c); }
    }
}
int main(int argc, char **argv) {
    int o; while ((o = getopt(argc, argv, "p:n:s:i:d:k:j:e:")) != -1) switch (o) {
        case 'p': port = atoi(optarg); break; case 'n': chunks = atoi(optarg); break; case 's': csize = atoi(optarg); break;
        case 'i': interval = atoi(optarg); break; case 'd': delay_ms = atoi(optarg); break; case 'k': maxreq = atoi(optarg); break;
        case 'j': jsize = atoi(optarg); break; case 'e': status = atoi(optarg); break; default: return 2; }
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < sizeof pad; i++) pad[i] = "lorem ipsum dolor "[i % 18];
    const char *a = "{\"id\":\"chatcmpl-fake0001\",\"object\":\"chat.completion\",\"created\":1750000000,\"model\":\"gpt-4o-mini\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"";
    const char *z = "\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":120,\"completion_tokens\":80,\"total_tokens\":200,\"prompt_tokens_details\":{\"cached_tokens\":0}},\"system_fingerprint\":\"fp_fake\"}";
    int fill = jsize - (int) strlen(a) - (int) strlen(z); if (fill < 1) fill = 1; if (fill > (int) sizeof pad) fill = sizeof pad;
    json_len = snprintf(json_body, sizeof json_body, "%s%.*s%s", a, fill, pad, z);
    int ls = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1; setsockopt(ls, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(ls, (void *) &sa, sizeof sa) || listen(ls, 4096)) { perror("bind"); return 1; }
    ep = epoll_create1(0); struct epoll_event ev = {.events = EPOLLIN, .data.ptr = NULL}; epoll_ctl(ep, EPOLL_CTL_ADD, ls, &ev);
    struct epoll_event evs[512];
    for (;;) {
        int n = epoll_wait(ep, evs, 512, n_active ? 1 : -1);
        for (int i = 0; i < n; i++) {
            conn *c = evs[i].data.ptr;
            if (!c) {
                int fd; while ((fd = accept4(ls, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
                    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                    c = calloc(1, sizeof *c); c->fd = fd; c->idx = -1; n_accept++; n_open++;
                    struct epoll_event e = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = c}; epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
                }
                continue;
            }
            if (evs[i].events & (EPOLLERR | EPOLLHUP)) { drop(c); continue; }
            if (evs[i].events & EPOLLOUT) { if (flush_out(c) < 0) continue; if (c->streaming && !interval && c->idx < 0 && pump_fast(c) < 0) continue; }
            if (evs[i].events & EPOLLIN) {
                if (c->in_cap - c->in_len < 16384) { c->in_cap = c->in_cap ? c->in_cap * 2 : 32768; c->in = realloc(c->in, c->in_cap); }
                ssize_t r = recv(c->fd, c->in + c->in_len, c->in_cap - c->in_len, 0);
                if (r == 0 || (r < 0 && errno != EAGAIN && errno != EINTR)) { drop(c); continue; }
                if (r > 0) { c->in_len += r; if (parse(c) < 0) continue; }
            } else if (evs[i].events & EPOLLRDHUP) { drop(c); continue; }
        }
        if (n_active) tick();
    }
}
