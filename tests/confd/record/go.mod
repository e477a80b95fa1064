module bunraku/record

go 1.19
