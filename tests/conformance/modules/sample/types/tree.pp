type Sample::Tree = Hash[String, Variant[Integer, Sample::Tree]]
