namespace Conditional;

/// <summary>Finds a number in a sorted list.</summary>
/// <returns>Where it is, and how many numbers were looked at.</returns>
internal delegate (int Index, int Steps) Search(int[] sorted, int wanted);

/// <summary>Three ways to search: a good one, a slow one, a wrong one.</summary>
internal static class Searches
{
    public static (int Index, int Steps) Binary(int[] sorted, int wanted) => Halve(sorted, wanted, sorted.Length - 1);

    public static (int Index, int Steps) OffByOne(int[] sorted, int wanted) => Halve(sorted, wanted, sorted.Length - 2);

    public static (int Index, int Steps) Linear(int[] sorted, int wanted)
    {
        for (var i = 0; i < sorted.Length; i++)
        {
            if (sorted[i] == wanted)
                return (i, i + 1);
        }

        return (-1, sorted.Length);
    }

    private static (int Index, int Steps) Halve(int[] sorted, int wanted, int last)
    {
        var (first, steps) = (0, 0);
        while (first <= last)
        {
            steps++;
            var middle = first + ((last - first) / 2);
            if (sorted[middle] == wanted)
                return (middle, steps);
            (first, last) = sorted[middle] < wanted ? (middle + 1, last) : (first, middle - 1);
        }

        return (-1, steps);
    }
}
