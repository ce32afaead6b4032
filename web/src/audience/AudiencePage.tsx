import { Route, Routes } from 'react-router-dom'
import { CustomerPage } from './CustomerPage'
import { CustomersPage } from './CustomersPage'
import { EditorPage } from './EditorPage'
import { Missing } from './Failure'
import { SegmentPage } from './SegmentPage'
import { SegmentsPage } from './SegmentsPage'

/** Segments and the people in them. */
export default function AudiencePage() {
  return (
    <Routes>
      <Route index element={<SegmentsPage />} />
      <Route path="segments/new" element={<EditorPage />} />
      <Route path="segments/:id" element={<SegmentPage />} />
      <Route path="segments/:id/edit" element={<EditorPage />} />
      <Route path="customers" element={<CustomersPage />} />
      <Route path="customers/:id" element={<CustomerPage />} />
      <Route path="*" element={<Missing what="page" />} />
    </Routes>
  )
}
