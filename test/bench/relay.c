/* The floor of what two hops can cost: an epoll relay that parses nothing, and the app behind it.
 *   relay LISTEN TARGET    copies bytes both ways, one upstream connection a client
 *   relay LISTEN           answers each GET with 105 bytes of JSON
 * For the bench only: it trusts its peers and gives up on any error. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define FDS 4096
static int other[FDS];    /* the fd that this one's bytes go to; 0: none */
static int crlf_seen[FDS]; /* how much of "\r\n\r\n" the answerer has seen */
static char buffer[65536];
static int ep;

static const char answer[] =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 105\r\n\r\n"
    "{\"id\":123,\"name\":\"a thing of the shop\",\"price\":9.99,\"stock\":41,\"tags\":[\"one\",\"two\",\"three\"],\"pad\":\"xxxx\"}";

static void watch(int fd) {
  int one = 1;
  fcntl(fd, F_SETFL, O_NONBLOCK);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};
  epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
}

static void drop(int fd) {
  int peer = other[fd];
  close(fd);
  other[fd] = 0;
  if (peer) {
    close(peer);
    other[peer] = 0;
  }
}

static int write_all(int fd, const char *bytes, ssize_t n) {
  while (n > 0) {
    ssize_t w = write(fd, bytes, n);
    if (w < 0 && errno == EAGAIN) {
      struct pollfd p = {.fd = fd, .events = POLLOUT};
      poll(&p, 1, 1000);
      continue;
    }
    if (w <= 0) return 0;
    bytes += w;
    n -= w;
  }
  return 1;
}

static struct sockaddr_in loopback(int port) {
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return a;
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  int target = argc > 2 ? atoi(argv[2]) : 0, one = 1;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  struct sockaddr_in at = loopback(atoi(argv[1])), to = loopback(target);
  if (bind(listener, (void *)&at, sizeof at) || listen(listener, 512)) {
    perror("listen");
    return 1;
  }
  ep = epoll_create1(0);
  watch(listener);
  puts("ready");
  fflush(stdout);
  for (;;) {
    struct epoll_event events[128];
    int n = epoll_wait(ep, events, 128, -1);
    for (int i = 0; i < n; i++) {
      int fd = events[i].data.fd;
      if (fd == listener) {
        int client = accept(listener, NULL, NULL);
        if (client < 0) continue;
        if (client >= FDS - 1) {
          close(client);
          continue;
        }
        crlf_seen[client] = other[client] = 0;
        if (target) {
          int up = socket(AF_INET, SOCK_STREAM, 0);
          if (up >= FDS || connect(up, (void *)&to, sizeof to)) {
            close(up);
            close(client);
            continue;
          }
          other[client] = up;
          other[up] = client;
          watch(up);
        }
        watch(client);
        continue;
      }
      ssize_t got = read(fd, buffer, sizeof buffer);
      if (got < 0 && errno == EAGAIN) continue;
      if (got <= 0) {
        drop(fd);
        continue;
      }
      if (target) {
        if (!other[fd] || !write_all(other[fd], buffer, got)) drop(fd);
        continue;
      }
      for (ssize_t k = 0; k < got; k++) {
        int *seen = &crlf_seen[fd];
        *seen = buffer[k] == "\r\n\r\n"[*seen] ? *seen + 1 : buffer[k] == '\r';
        if (*seen == 4) {
          *seen = 0;
          write_all(fd, answer, sizeof answer - 1);
        }
      }
    }
  }
}
