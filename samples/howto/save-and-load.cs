#:project ../../src/Unroll/Unroll.csproj
using Unroll;

string folder = Directory.CreateTempSubdirectory("unroll-").FullName;
try
{
    // A file holds layers, shapes and weights, and words of your own. It is written whole or not at all.
    string path = Path.Combine(folder, "prices.unroll");
    Model model = new Model(new Lstm(8) { Name = "reader" }, new Dense(1) { Name = "out" }).Build(new Shape(10, 2), seed: 1);
    model.Save(path, new Dictionary<string, string> { ["trained"] = "2025-11-30", ["data"] = "prices of 2024" });

    Model loaded = Model.Load(path);
    float[] window = [.. Enumerable.Range(0, 20).Select(i => i / 20f)];
    Console.WriteLine($"the same bits: {loaded.Predict(window)[0] == model.Predict(window)[0]}");

    // Every file ends with a check sum, so a damaged one is never a wrong answer.
    byte[] bytes = File.ReadAllBytes(path);
    bytes[^100] ^= 1;
    File.WriteAllBytes(Path.Combine(folder, "damaged.unroll"), bytes);
    try
    {
        Model.Load(Path.Combine(folder, "damaged.unroll"));
    }
    catch (UnrollException damaged)
    {
        Console.WriteLine(damaged.Message.Replace(folder + Path.DirectorySeparatorChar, ""));
    }

    // The next version of a model reads more. What both have goes over; the names of the others come back, and only they begin anew.
    Node prices = Node.Input(new Shape(10, 2)), day = Node.Input(new Shape(7));
    Node read = new Lstm(8) { Name = "reader" }.Apply(prices), correction = new Dense(1) { Name = "weekday" }.Apply(day);
    Model next = new Model([prices, day], [new Add().Apply(new Dense(1) { Name = "out" }.Apply(read), correction)]).Build(seed: 2);
    IReadOnlyList<string> fresh = next.CopyWeights(loaded, MissingWeights.Keep);
    Console.WriteLine($"begin anew: {string.Join(", ", fresh)}");
}
finally
{
    Directory.Delete(folder, recursive: true);
}
