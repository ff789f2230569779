{
  "targets": [
    {
      "target_name": "sys",
      "sources": ["<!@(ls -1 native/addon/*.c)"],
      "include_dirs": ["native/include"],
      "cflags": ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O2", "-fvisibility=hidden"]
    }
  ]
}
