"""What is put into a district on purpose: for each rule things that it must find, and near misses that it must not."""
