"""Links facts of files into apps, settings, tasks, calls and processes."""
