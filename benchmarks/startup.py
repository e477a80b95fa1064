"""The smallest apply, beside `puppet apply` of the same code."""

from pair import BUNRAKU, PUPPET, compare, need

if __name__ == "__main__":
    words = ["apply", "-e", "notify { 'hi': }"]
    compare("apply -e \"notify { 'hi': }\"", [BUNRAKU, *words], [need(PUPPET, "puppet-agent"), *words])
