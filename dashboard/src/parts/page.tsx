import { useEffect, type ReactNode } from 'react';

/** A page with its heading, which is the title of the tab, too. */
export function Page({
  title,
  beside,
  children,
}: {
  title: string;
  beside?: ReactNode;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Pollcast`;
  }, [title]);
  return (
    <>
      <div className="heading">
        <h1>{title}</h1>
        {beside}
      </div>
      {children}
    </>
  );
}
